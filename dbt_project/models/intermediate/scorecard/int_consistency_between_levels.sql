with reconciled as (
    select * from {{ ref('mart_reconciliation') }}
    where not is_total and difference is not null
),

ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

-- The larger of the two is the measure, so that a figure against 0 differs by 100 percent.
compared as (
    select
        period,
        org_unit_code,
        case when difference = 0 then 1 else 0 end as is_equal,
        case
            when difference = 0 then 0
            else {{ percent('abs(difference)', 'greatest(units_value, province_value)') }}
        end as difference_pct
    from reconciled
),

-- Above the units their figures are compared one by one: in a total, differences of two units may cancel out.
final as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        count(*) as figures_compared,
        {{ percent('sum(compared.is_equal)', 'count(*)') }} as figures_equal_pct,
        max(compared.difference_pct) as largest_difference_pct
    from ancestors
    inner join compared
        on ancestors.period = compared.period and ancestors.org_unit_code = compared.org_unit_code
    group by ancestors.period, ancestors.ancestor_code
)

select * from final

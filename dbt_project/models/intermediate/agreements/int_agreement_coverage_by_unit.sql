{%- set measures = eligibility_measures().strip().split('\n') -%}

with ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

unions as (
    select * from {{ ref('int_unions_matched_to_agreements') }}
),

agreements as (
    select * from {{ ref('int_agreements_current') }}
),

unions_measured as (
    select
        period,
        org_unit_code,
        {% for line in measures -%}
            {%- set measure, field, contribution = line.split(' | ') -%}
            {{ contribution }} as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from unions
),

unions_counted as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        {% for line in measures -%}
            {%- set measure = line.split(' | ')[0] -%}
            cast(sum(unions_measured.{{ measure }}) as bigint)
                as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from unions_measured
    inner join ancestors
        on
            unions_measured.period = ancestors.period
            and unions_measured.org_unit_code = ancestors.org_unit_code
    group by ancestors.period, ancestors.ancestor_code
),

rolled_up as (
    select
        agreements.*,
        ancestors.ancestor_code
    from agreements
    inner join ancestors
        on agreements.period = ancestors.period and agreements.org_unit_code = ancestors.org_unit_code
),

-- An agreement of several employers stands in several rows and is one agreement: in force (3) while one row
-- is, else still to start (2), else expired (1). Its code is unique only within the unit that reports it.
by_agreement as (
    select
        period,
        ancestor_code as org_unit_code,
        org_unit_code as reporter_code,
        agreement_code,
        max(case status when 'in_force' then 3 when 'not_yet_effective' then 2 else 1 end) as standing,
        max(case when is_signed_in_period then 1 else 0 end) as is_signed_in_period
    from rolled_up
    group by period, ancestor_code, org_unit_code, agreement_code
),

agreements_counted as (
    select
        period,
        org_unit_code,
        cast(sum(case standing when 3 then 1 else 0 end) as bigint) as in_force,
        cast(sum(case standing when 2 then 1 else 0 end) as bigint) as not_yet_effective,
        cast(sum(case standing when 1 then 1 else 0 end) as bigint) as expired,
        cast(sum(is_signed_in_period) as bigint) as signed_in_period
    from by_agreement
    group by period, org_unit_code
),

-- A worker under two agreements of the same employer counts once.
by_employer as (
    select
        period,
        ancestor_code as org_unit_code,
        tax_code,
        max(workers_covered) as workers_covered
    from rolled_up
    where status = 'in_force'
    group by period, ancestor_code, tax_code
),

workers_counted as (
    select
        period,
        org_unit_code,
        cast(sum(workers_covered) as bigint) as workers_covered
    from by_employer
    group by period, org_unit_code
),

units as (
    select
        period,
        org_unit_code
    from unions_counted
    union
    select
        period,
        org_unit_code
    from agreements_counted
),

final as (
    select
        units.period,
        units.org_unit_code,
        unions_counted.eligible_units,
        unions_counted.eligible_units_reported,
        unions_counted.with_agreement,
        agreements_counted.in_force,
        agreements_counted.expired,
        agreements_counted.not_yet_effective,
        agreements_counted.signed_in_period,
        -- agreements were reported and none is in force: nobody is covered, which is known
        case when agreements_counted.in_force = 0 then 0 else workers_counted.workers_covered end
            as workers_covered
    from units
    left join unions_counted
        on units.period = unions_counted.period and units.org_unit_code = unions_counted.org_unit_code
    left join agreements_counted
        on units.period = agreements_counted.period and units.org_unit_code = agreements_counted.org_unit_code
    left join workers_counted
        on units.period = workers_counted.period and units.org_unit_code = workers_counted.org_unit_code
)

select * from final

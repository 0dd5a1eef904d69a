with listed as (
    select * from {{ ref('target_sets') }}
),

given as (
    select * from {{ ref('int_targets_given') }}
),

from_seed as (
    select
        target_set,
        org_unit_code,
        name_vi,
        name_en,
        set_kind,
        parent_set,
        decided_on,
        source,
        true as is_listed
    from listed
),

-- A set that only forms name: what its targets say of it. Its document is that of the first form.
from_forms as (
    select
        given.target_set,
        given.set_org_unit_code as org_unit_code,
        min_by(given.source, given.given_on) as name_vi,
        cast(null as string) as name_en,
        case
            when max(case when given.first_year < given.target_year then 1 else 0 end) = 1 then 'congress'
            when count(distinct given.target_year) > 1 then 'provincial_plan'
            else 'yearly'
        end as set_kind,
        cast(null as string) as parent_set,
        cast(null as date) as decided_on,
        min_by(given.source, given.given_on) as source,
        false as is_listed
    from given
    left join listed
        on given.target_set = listed.target_set and given.set_org_unit_code = listed.org_unit_code
    where listed.target_set is null and given.given_by_code is not null
    group by given.target_set, given.set_org_unit_code
),

final as (
    select * from from_seed
    union all
    select * from from_forms
)

select * from final

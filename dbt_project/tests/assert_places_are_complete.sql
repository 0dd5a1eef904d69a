-- As many places and moves as vietnamadminunits 1.0.4 has, and the seven province codes with another owner
-- since 1 July 2025.
with admin_units as (
    select * from {{ ref('dim_admin_unit') }}
),

changes as (
    select * from {{ ref('dim_admin_unit_change') }}
),

before_reform as (
    select
        count(case when level = 'province' then code end) as provinces_before,
        count(case when level = 'district' then code end) as districts_before,
        count(case when level = 'commune' then code end) as communes_before
    from admin_units
    where {{ is_valid_on('admin_units', "date '2025-06-30'") }}
),

after_reform as (
    select
        count(case when level = 'province' then code end) as provinces_after,
        count(case when level = 'district' then code end) as districts_after,
        count(case when level = 'commune' then code end) as communes_after
    from admin_units
    where {{ is_valid_on('admin_units', "date '2025-07-01'") }}
),

moves as (
    select
        count(case when kind = 'whole' and from_level = 'province' then from_code end) as provinces_whole,
        count(case when kind = 'whole' and from_level != 'province' then from_code end) as wards_whole,
        count(distinct case when kind = 'part' then from_code end) as wards_divided,
        count(case when kind = 'part' then from_code end) as links_of_divided_wards
    from changes
    where changed_on = date '2025-07-01'
),

owners as (
    select
        count(*) as codes_with_another_owner,
        count(
            case when later.code in ('15', '24', '44', '52', '80', '82', '91') then later.code end
        ) as of_which_known
    from admin_units as later
    inner join admin_units as earlier
        on later.level = earlier.level and later.code = earlier.code and later.valid_from = earlier.valid_to
    where
        later.level = 'province'
        and later.valid_from = date '2025-07-01'
        and later.name_vi != earlier.name_vi
)

select
    before_reform.*,
    after_reform.*,
    moves.*,
    owners.*
from before_reform
cross join after_reform
cross join moves
cross join owners
where
    before_reform.provinces_before != 63
    or before_reform.districts_before != 696
    or before_reform.communes_before != 10035
    or after_reform.provinces_after != 34
    or after_reform.districts_after != 0
    or after_reform.communes_after != 3321
    or moves.provinces_whole != 63
    -- 9,564 wards, and the five island districts that had none
    or moves.wards_whole != 9569
    or moves.wards_divided != 471
    or moves.links_of_divided_wards != 1033
    or owners.codes_with_another_owner != 7
    or owners.of_which_known != 7
